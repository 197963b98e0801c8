"""Files as a portal: a folder of this machine, an SFTP server or object storage, each file taken once."""
