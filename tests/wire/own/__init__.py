"""The project's own vectors: a made-up network (network), what its nodes write (writing, operations), and what happens
in it (story). make_vectors.py writes it down."""
