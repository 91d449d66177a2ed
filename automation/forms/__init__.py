"""What an admin types on the page of a number."""
