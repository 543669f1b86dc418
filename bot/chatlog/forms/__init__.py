"""The forms in which a chat comes, a module each: `read(text, about)` gives its entries, or None when it is another form."""
