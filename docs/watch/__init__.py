"""The page "Watch it think", and the trained network of the lecture that it shows.

`classic` reads the network, `train` makes it anew from MNIST, and `python -m docs.watch` builds
the page.
"""
