"""What is written for people is run, and says what is true."""
