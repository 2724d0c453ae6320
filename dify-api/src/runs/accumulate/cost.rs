//! The cost of an answer.

use super::Answer;
use crate::{Cost, types::Usage};

impl Usage {
    /// Returns the cost of prompt and completion together; `None` where the server names no price. Unknown is not 0.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.cost_of(&self.total_price)
    }

    /// Returns the cost of the prompt; `None` where the server names no price.
    #[must_use]
    pub fn prompt_cost(&self) -> Option<Cost> {
        self.cost_of(&self.prompt_price)
    }

    /// Returns the cost of the completion; `None` where the server names no price.
    #[must_use]
    pub fn completion_cost(&self) -> Option<Cost> {
        self.cost_of(&self.completion_price)
    }

    fn cost_of(&self, price: &str) -> Option<Cost> {
        (!price.is_empty()).then(|| Cost::new(price, &self.currency))
    }
}

impl Answer {
    /// Returns the cost of the answer; `None` while it is unknown: before the end of the answer, and after a run that
    /// failed or was stopped. Unknown is not 0.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let answer = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await?.into_answer().await?;
    /// if let Some(cost) = answer.cost() {
    ///     println!("{cost}"); // 0.0001032 USD
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.usage.as_ref()?.cost()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_unknown_cost_is_not_zero() {
        let mut answer = Answer::default();
        assert_eq!(answer.cost(), None);
        let usage = |price: &str| {
            let usage = json!({
                "prompt_tokens": 1, "prompt_unit_price": "0", "prompt_price_unit": "0.001", "prompt_price": "0",
                "completion_tokens": 1, "completion_unit_price": "0", "completion_price_unit": "0.001",
                "completion_price": "0", "total_tokens": 2, "total_price": price, "currency": "USD", "latency": 0.5,
            });
            Usage::from_json(&usage.to_string())
        };
        answer.usage = Some(usage("0").expect("a usage"));
        assert_eq!(answer.cost().map(|cost| cost.to_string()).as_deref(), Some("0 USD"));
        answer.usage = Some(usage("").expect("a usage"));
        assert_eq!(answer.cost(), None);
        let usage = usage("0.3").expect("a usage");
        assert_eq!(usage.prompt_cost(), Some(Cost::new("0", "USD")));
        assert_eq!(usage.completion_cost(), usage.prompt_cost());
    }
}
