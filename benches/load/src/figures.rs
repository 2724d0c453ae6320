//! What was measured, as rows of a Markdown table: what, the mark it has to meet, the figure.

/// The rows so far.
#[derive(Default)]
pub struct Figures(String);

impl Figures {
    pub fn row(&mut self, what: &str, mark: &str, figure: &str) {
        self.0.push_str(&format!("| {what} | {mark} | {figure} |\n"));
    }

    pub fn print(&self) {
        print!("{}", self.0);
    }
}

/// With a comma at each thousand.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 200_000, 1_234_567].map(grouped), ["0", "999", "1,000", "200,000", "1,234,567"]);
    }
}
