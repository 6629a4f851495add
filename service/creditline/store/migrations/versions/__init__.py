"""One file per change of the tables, oldest first. A file that was released is never edited."""
