//! Small networks made of network namespaces: name servers, ports and links that behave and misbehave.
