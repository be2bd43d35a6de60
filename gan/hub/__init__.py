"""Models by name, fetched from the Hugging Face Hub and published there."""
