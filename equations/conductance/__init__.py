"""A layer 5 pyramidal cell of ion channels in five compartments, one file per mechanism."""
