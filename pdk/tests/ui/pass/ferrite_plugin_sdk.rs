//! The listings of the Ferrite page, under the crate name that it uses.

extern crate plugsmith as ferrite_plugin_sdk;

mod commands {
    use ferrite_plugin_sdk::{
        command, export_plugin, PluginContext, CommandResult, Value
    };

    #[command(name = "HELLO.WORLD", flags = ["read"])]
    fn hello_world(ctx: &PluginContext, args: &[Value]) -> CommandResult {
        let name = args.get(0)
            .and_then(|v| v.as_str())
            .unwrap_or("World");

        Ok(Value::String(format!("Hello, {}!", name)))
    }

    #[command(name = "HELLO.COUNT", flags = ["read", "write"])]
    fn hello_count(ctx: &PluginContext, args: &[Value]) -> CommandResult {
        let key = args.get(0)
            .ok_or("Missing key argument")?
            .as_str()
            .ok_or("Key must be a string")?;

        // Read current value
        let current = ctx.storage().get(key)?
            .and_then(|v| v.as_i64())
            .unwrap_or(0);

        // Increment and store
        let new_value = current + 1;
        ctx.storage().set(key, Value::Integer(new_value))?;

        Ok(Value::Integer(new_value))
    }

    export_plugin!(hello_world, hello_count);

    pub mod tests {
        use super::*;
        use ferrite_plugin_sdk::testing::*;

        pub fn test_hello_world() {
            let ctx = MockContext::new();
            let args = vec![Value::String("Alice".to_string())];

            let result = hello_world(&ctx, &args);

            assert!(result.is_ok());
            assert_eq!(result.unwrap(), Value::String("Hello, Alice!".to_string()));
        }
    }
}

mod hooks {
    use ferrite_plugin_sdk::{hook, HookContext, HookResult};

    #[hook(event = "OnKeyWrite")]
    fn on_key_write(ctx: &HookContext) -> HookResult {
        let key = ctx.key();
        let value = ctx.value();

        // Log or validate
        if key.starts_with("protected:") {
            return HookResult::Abort("Cannot write to protected keys".to_string());
        }

        HookResult::Continue
    }

    #[hook(event = "OnKeyExpiry")]
    fn on_key_expiry(ctx: &HookContext) -> HookResult {
        // Cleanup logic
        println!("Key expired: {}", ctx.key());
        HookResult::Continue
    }
}

fn main() {
    commands::tests::test_hello_world();
}
