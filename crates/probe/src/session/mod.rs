//! The data channel of AWS Systems Manager's Session Manager, by which ECS Exec talks to a container.
