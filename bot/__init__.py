"""小安, the bot of 报安鸟."""

import os

# One thread, set before anything loads NumPy: over matrices as small as ours two wait for each other, and the other core
# has its work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
