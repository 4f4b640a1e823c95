"""A language model behind an OpenAI-compatible endpoint: asked with care, a budget and a circuit breaker."""
