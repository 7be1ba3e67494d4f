"""What makes the app's own synthesis quick; nothing here changes a template."""
