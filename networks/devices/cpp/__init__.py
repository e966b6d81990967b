"""C++ programs: compiler, flags, loops and spike queues."""
