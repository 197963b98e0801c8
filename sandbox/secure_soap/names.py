"""Names of WS-Security 1.0 and XML Signature, and the credentials of the sandbox's client."""

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{_OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}-wssecurity-utility-1.0.xsd"
BASE64_BINARY = f"{_OASIS}-soap-message-security-1.0#Base64Binary"
X509_V3 = f"{_OASIS}-x509-token-profile-1.0#X509v3"
PASSWORD_DIGEST = f"{_OASIS}-username-token-profile-1.0#PasswordDigest"

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

USERNAME = "H15"
PASSWORD = "sandbox"
CLOCK_SKEW_SECONDS = 300


def wsse(name: str) -> str:
    """A name of the WS-Security extension, as lxml writes names."""
    return f"{{{WSSE}}}{name}"


def wsu(name: str) -> str:
    """A name of the WS-Security utility schema."""
    return f"{{{WSU}}}{name}"


def ds(name: str) -> str:
    """A name of XML Signature."""
    return f"{{{DS}}}{name}"
