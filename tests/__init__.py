"""The tests of Playhead; README.md here says where each one belongs."""
