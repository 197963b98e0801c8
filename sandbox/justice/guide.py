"""What the justice services say about themselves."""

from sandbox.guide import PUSHED_ENDPOINTS, Endpoint, Guide
from sandbox.justice.credentials import CLIENT, LGSP_HEADER, lgsp_token
from sandbox.ministry.wso2 import TOKEN_PATH

CIVIL = "/apiHoTichTuPhap"
RECORDS = "/apiLyLichTuPhap"

JUSTICE_GUIDE = Guide(
    name="justice",
    title_vi="Bộ Tư pháp: hộ tịch, lý lịch tư pháp – mô phỏng",
    title_en="Ministry of Justice: civil status, judicial records – simulated",
    purpose_vi="Hồ sơ hộ tịch thay đổi từ một ngày; hàng đợi trạng thái lý lịch tư pháp, lặp lại đến khi được đánh dấu.",
    purpose_en="Civil-status dossiers changed since a day; a queue of judicial-record statuses, repeated until marked.",
    curl=f"""curl -s '{{base}}{TOKEN_PATH}' -u {CLIENT.id}:{CLIENT.secret} \\
  -H '{LGSP_HEADER}: {lgsp_token()}' -d grant_type=client_credentials

curl -s '{{base}}{CIVIL}/dsHoSoDangKy' -H 'Authorization: Bearer …' \\
  -H '{LGSP_HEADER}: {lgsp_token()}' \\
  -H 'Content-Type: application/json' -d '{{"module": "LTKS", "ngayCapNhat": "20/11/2026"}}'""",
    endpoints=(
        Endpoint("POST", TOKEN_PATH, "Lấy access_token (client_credentials)", "Get a token"),
        Endpoint(
            "POST", f"{CIVIL}/dsHoSoDangKy", "Hồ sơ hộ tịch thay đổi từ ngày", "Changed since a day, XML in `data`"
        ),
        Endpoint("POST", f"{CIVIL}/traTrangThaiHoSo", "Trạng thái một hồ sơ (maHoSo)", "State of one dossier"),
        Endpoint("POST", f"{CIVIL}/ketQuaDangKyHS", "Kết quả đăng ký (maHoSo)", "Result of one registration"),
        Endpoint("POST", f"{RECORDS}/traDsTrangThaiHs", "Trạng thái chờ lấy", "Changes not yet acknowledged"),
        Endpoint("POST", f"{RECORDS}/danhDauHsThanhCong", "Đánh dấu đã lấy (ids)", "Acknowledge"),
        Endpoint("POST", f"{CIVIL}/dangKyHoTich", "Nhận hồ sơ hộ tịch (data là XML)", "Hand a registration over"),
        Endpoint("POST", f"{RECORDS}/nhanHoSoDangKy", "Nhận hồ sơ lý lịch tư pháp", "Hand a request over"),
        Endpoint("POST", f"{RECORDS}/LLTP-API-traTrangThaiHs", "Trạng thái một hồ sơ (maHoSo)", "State of one dossier"),
        Endpoint("GET", "/_sandbox/queue", "Hàng đợi: chờ lấy, đã đánh dấu", "The queue, as the sandbox sees it"),
        *PUSHED_ENDPOINTS,
    ),
)
