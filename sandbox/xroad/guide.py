"""What the exchange says about itself."""

from sandbox.guide import Endpoint, Guide
from sandbox.xroad.names import AGENCIES, CLIENT, DOSSIERS, PROVIDER

EXCHANGE_PATH = "/_sandbox/exchange"

XROAD_GUIDE = Guide(
    name="xroad",
    title_vi="Trục liên thông kiểu X-Road – mô phỏng",
    title_en="X-Road exchange – simulated",
    purpose_vi="Máy chủ bảo mật phía bên gọi: REST tại /r1/…, SOAP tại /. Lỗi của trục mang tiêu đề X-Road-Error.",
    purpose_en="The caller's security server: REST at /r1/…, SOAP at /. Failures of the exchange carry X-Road-Error.",
    curl=f"""curl -si '{{base}}/r1/{PROVIDER}/{DOSSIERS}/v1/dossiers?limit=2' \\
  -H 'X-Road-Client: {CLIENT}'""",
    endpoints=(
        Endpoint("GET", f"/r1/{PROVIDER}/{DOSSIERS}/v1/dossiers", "Hồ sơ: changedFrom, offset, limit", "Dossiers"),
        Endpoint("GET", f"/r1/{PROVIDER}/{DOSSIERS}/v1/dossiers/…", "Một hồ sơ theo mã", "One dossier by its code"),
        Endpoint("POST", f"/ · {AGENCIES}", "Cơ quan của tỉnh (SOAP, giao thức 4.0)", "Agencies (SOAP, protocol 4.0)"),
        Endpoint("GET", "/wsdl", "Mô tả dịch vụ SOAP", "The contract of the SOAP service"),
        Endpoint("POST", EXCHANGE_PATH, 'Đặt lỗi của trục: {"answer", "times"}', "Order a failure of the exchange"),
    ),
)
