"""From fluorescence to events and somato-dendritic residuals."""
