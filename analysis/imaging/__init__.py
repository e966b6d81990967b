"""Events and somato-dendritic residuals from fluorescence."""
