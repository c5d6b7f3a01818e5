//! Settings of `atelierex generate`.

use clap::Args;

/// Size and seed.
#[derive(Args, Clone, Debug)]
pub struct GenerateConfig {
    /// Number of products. Default: 50000. The real catalog has 1000011.
    #[arg(long, env = "ATELIEREX_PRODUCTS", value_name = "NUMBER", value_parser = parse_products)]
    pub products: Option<u64>,

    /// Seed of everything random: the same seed gives the same bytes. Default: 1.
    #[arg(long, env = "ATELIEREX_SEED", value_name = "NUMBER")]
    pub seed: Option<u64>,
}

impl GenerateConfig {
    /// Existing frontends start at ids up to 48432.
    const DEFAULT_PRODUCTS: u64 = 50_000;
    const DEFAULT_SEED: u64 = 1;

    /// Returns the number of products.
    #[must_use]
    pub fn products(&self) -> u64 {
        self.products.unwrap_or(Self::DEFAULT_PRODUCTS)
    }

    /// Returns the seed of everything random.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(Self::DEFAULT_SEED)
    }
}

fn parse_products(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("at least 1 is needed".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::GenerateConfig;

    /// The help cannot refer to a constant.
    #[test]
    fn the_help_has_the_default_values() {
        #[derive(clap::Parser)]
        struct Flags {
            #[command(flatten)]
            generate: GenerateConfig,
        }
        let command = Flags::command();
        for (name, number) in [
            ("products", GenerateConfig::DEFAULT_PRODUCTS),
            ("seed", GenerateConfig::DEFAULT_SEED),
        ] {
            let flag = command.get_arguments().find(|flag| flag.get_id() == name);
            let help = flag.unwrap().get_help().unwrap().to_string();
            assert!(help.contains(&format!("Default: {number}")), "{help}");
        }
    }
}
