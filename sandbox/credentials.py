"""The credentials of the sandbox. They are invented, open nothing else, and stand in `--help`."""

NATIONAL_USERNAME = "000.00.00.H15"
NATIONAL_PASSWORD = "sandbox"
NATIONAL_PROVIDER = "VN:GOV:000.00.00.G22:vpcpdvcprovider"

PROVINCE_CLIENT = "sandbox-client"
PROVINCE_SECRET = "sandbox-secret"
PROVINCE_USERNAME = "sandbox"
PROVINCE_PASSWORD = "sandbox"
