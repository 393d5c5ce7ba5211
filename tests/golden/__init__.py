"""One example of everything the journal can hold, and the bytes it was first written as."""
