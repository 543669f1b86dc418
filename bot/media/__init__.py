"""Pictures as proof of today: what a file really is, what its watermark says, whether it was sent before.

Everything here works on the machine itself: nothing is uploaded, nobody is identified. The heavy parts (Pillow, the
text reader) are the dependency group `media` and load on first use.
"""
