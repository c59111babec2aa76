"""What the measurements share: servers, floors to compare with, and load."""
