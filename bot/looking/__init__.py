"""Looking at what people send: files go to a child process (bot/media), what was found goes back to the handlers."""
