"""How bytes are got from and given to a portal: http, auth, paging, decoding. Knows no mapping and no table."""
