//! The table of what was told, where no stack makes it.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};

use crate::emulators::{Server, client_config};
use crate::world::wait;

/// Makes the table as the template does.
pub fn make(account: &Server, name: &str) {
    let id = AttributeDefinition::builder()
        .attribute_name("Id")
        .attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder()
        .attribute_name("Id")
        .key_type(KeyType::Hash);
    let create = aws_sdk_dynamodb::Client::new(&client_config(&account.url()))
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(id.build().expect("it has a name and a type"))
        .key_schema(key.build().expect("it has a name and a type"));
    wait(create.send()).expect("a table");
}
