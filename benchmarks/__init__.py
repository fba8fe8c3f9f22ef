"""What the README's figures come from. Not installed with mtpipe."""
