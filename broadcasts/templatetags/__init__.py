"""What the templates of broadcasts ask."""
