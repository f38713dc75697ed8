"""What does a reader see of the verification? Badges, transcripts, the page of results."""
