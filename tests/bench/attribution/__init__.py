"""What attribution finds in pictures whose sources are known: ./scripts/bench attribution."""
