"""What the maritime single window says about itself."""

from sandbox.guide import PUSHED_ENDPOINTS, Endpoint, Guide

PATH = "/nswm/services/SendMessage"
IDENTITY = "1548001"

MARITIME_GUIDE = Guide(
    name="maritime",
    title_vi="Một cửa hàng hải – mô phỏng",
    title_en="Maritime single window – simulated",
    purpose_vi="Một thao tác SOAP sendAndGetMessage: cả văn bản XML nằm trong một chuỗi, lỗi nằm trong văn bản trả về.",
    purpose_en="One SOAP operation: a whole XML document inside a string; errors stand in the document that comes back.",
    curl=f"""curl -s '{{base}}{PATH}' -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: ""' -d \\
  '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
   <sendAndGetMessage xmlns="http://facade.dk.gt.dtt.vn"><requestMessage><![CDATA[<Envelope><Header>
   <Reference><version>1.0</version><messageId>1</messageId></Reference>
   <From><name>H15</name><identity>{IDENTITY}</identity></From>
   <To><name>NSWM</name><identity>1</identity></To>
   <Subject><documentType>10</documentType><type>10</type><function>11</function></Subject></Header>
   <Body><Content><fromDate>01/11/2026</fromDate><page>1</page></Content></Body></Envelope>]]></requestMessage>
   </sendAndGetMessage></soap:Body></soap:Envelope>'""",
    endpoints=(
        Endpoint("GET", f"{PATH}?wsdl", "Mô tả dịch vụ", "The contract"),
        Endpoint("POST", f"{PATH} · 10", "Hồ sơ tàu biển đến cảng (function 11)", "Ship arrivals"),
        Endpoint("POST", f"{PATH} · 58", "Hồ sơ thuỷ nội địa (function 11)", "Inland vessels, lower-case elements"),
        Endpoint("POST", f"{PATH} · 20…24", "Thông báo về một hồ sơ (dossierCode)", "Notices about a dossier"),
        *PUSHED_ENDPOINTS,
    ),
)
