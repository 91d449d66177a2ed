"""A small SMS gateway of Twilio's shape beside the small Meta: its API, its signed callbacks, its subscribers."""
