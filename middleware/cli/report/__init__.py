"""What answers came to, in figures and pictures: `forewarn match --report` and the benchmark."""
