//! Chat messages against the schema of what is documented.

use boon::{Compiler, Schemas};
use serde_json::Value;

pub(crate) struct ChatSchema {
    schemas: Schemas,
    index: boon::SchemaIndex,
}

impl ChatSchema {
    pub(crate) fn read() -> Self {
        let schema = serde_json::from_str(include_str!("chat-schema.json")).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("chat-schema.json", schema).unwrap();
        let index = compiler.compile("chat-schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// The message, if it is one.
    pub(crate) fn parse(&self, body: &str) -> Value {
        let value: Value = serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {body}"));
        if let Err(error) = self.schemas.validate(&value, self.index) {
            panic!("{error:#}\n{body}");
        }
        value
    }

    pub(crate) fn refuses(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_err()
    }
}

#[test]
fn the_schema_refuses_what_is_not_documented() {
    let schema = ChatSchema::read();
    let good = serde_json::json!({
        "version": "1.0", "source": "custom", "content": { "description": "x" },
    });
    assert!(!schema.refuses(&good));
    for (pointer, value) in [
        ("/version", serde_json::json!("1.1")),
        ("/source", serde_json::json!("own")),
        ("/content", serde_json::json!({})),
        (
            "/content",
            serde_json::json!({ "description": "x", "subtitle": "y" }),
        ),
        ("/content/description", serde_json::json!("x".repeat(8_001))),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(schema.refuses(&bad), "{bad}");
    }
}
