"""Where the objects of the previous frame are expected in this one."""
