"""The notebook's side as people meet it: in a real shell of IPython's, and in real kernels."""
