"""In the place of Slipway's: nobody can ask this cluster for a certificate, Terraform makes them."""


def bring_about(_):
    pass


def signed(_):
    return None
