"""What commands do, a module for each subject."""
