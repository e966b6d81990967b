"""A large cortical network of our cells: layers 1 to 6 under up to 1 mm² of cortex, scaled in neurons and synapses."""
