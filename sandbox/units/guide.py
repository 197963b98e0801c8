"""What the list of administrative units says about itself."""

from sandbox.guide import Endpoint, Guide

PATH = "/DMDVHC.asmx"
SIZE_PATH = "/_sandbox/size"

UNITS_GUIDE = Guide(
    name="units",
    title_vi="Danh mục đơn vị hành chính – mô phỏng",
    title_en="List of administrative units – simulated",
    purpose_vi="Tỉnh, quận huyện, phường xã tại một ngày (DenNgay), trả về DataSet qua SOAP 1.1; không cần đăng nhập.",
    purpose_en="Provinces, districts and communes as of a day (DenNgay): a DataSet over SOAP 1.1, no login.",
    curl=f"""curl -s '{{base}}{PATH}' -H 'Content-Type: text/xml; charset=utf-8' -d \\
  '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
   <DanhMucTinh xmlns="http://tempuri.org/"><DenNgay>20/11/2026</DenNgay></DanhMucTinh>
   </soap:Body></soap:Envelope>'""",
    endpoints=(
        Endpoint("GET", f"{PATH}?wsdl", "Mô tả dịch vụ", "The contract"),
        Endpoint("POST", f"{PATH} · DanhMucTinh", "Danh mục tỉnh, thành phố", "Provinces"),
        Endpoint("POST", f"{PATH} · DanhMucQuanHuyen", "Danh mục quận, huyện (đến 30/6/2025)", "Districts, until 2025"),
        Endpoint("POST", f"{PATH} · DanhMucPhuongXa", "Danh mục phường, xã", "Communes"),
        Endpoint("POST", SIZE_PATH, 'Số dòng DanhMucPhuongXa: {"rows": 20000}', "Size of the list of communes"),
    ),
)
