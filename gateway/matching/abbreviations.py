"""Abbreviations (chữ viết tắt) of Vietnamese administration, written out.

Only those that are no Vietnamese syllable once accents are gone (so no TT, TƯ, HĐ) and that mean one thing (so no NN, KT).
Others are still recognised where the other name has the words in full: see `gateway.matching.words`.
"""

from __future__ import annotations

from collections.abc import Mapping

_WRITTEN_OUT = """
attp an toàn thực phẩm
bhtn bảo hiểm thất nghiệp
bhxh bảo hiểm xã hội
bhyt bảo hiểm y tế
btxh bảo trợ xã hội
bvmt bảo vệ môi trường
bvtv bảo vệ thực vật
cccd căn cước công dân
cmnd chứng minh nhân dân
cntt công nghệ thông tin
cp chính phủ
cqt cơ quan thuế
csdl cơ sở dữ liệu
ctcp công ty cổ phần
dk đăng ký
dkdd đăng ký đất đai
dkdn đăng ký doanh nghiệp
dkkd đăng ký kinh doanh
dn doanh nghiệp
dntn doanh nghiệp tư nhân
dtm đánh giá tác động môi trường
dtnd đường thủy nội địa
dvc dịch vụ công
dvctt dịch vụ công trực tuyến
gcn giấy chứng nhận
gddt giáo dục và đào tạo
gp giấy phép
gplx giấy phép lái xe
gpkd giấy phép kinh doanh
gpxd giấy phép xây dựng
gtgt giá trị gia tăng
gtvt giao thông vận tải
hdnd hội đồng nhân dân
htx hợp tác xã
kbnn kho bạc nhà nước
kcn khu công nghiệp
kd kinh doanh
khcn khoa học và công nghệ
kkt khu kinh tế
lltp lý lịch tư pháp
mtv một thành viên
nd nghị định
nhnn ngân hàng nhà nước
nk nhập khẩu
nld người lao động
nsdld người sử dụng lao động
pccc phòng cháy chữa cháy
qd quyết định
qlda quản lý dự án
qsd quyền sử dụng
qsdd quyền sử dụng đất
shtt sở hữu trí tuệ
sx sản xuất
sxkd sản xuất kinh doanh
tckh tài chính kế hoạch
tgpl trợ giúp pháp lý
tncn thu nhập cá nhân
tndn thu nhập doanh nghiệp
tnhh trách nhiệm hữu hạn
tnld tai nạn lao động
tnmt tài nguyên và môi trường
tp thành phố
ttdb tiêu thụ đặc biệt
tthc thủ tục hành chính
tw trung ương
ubnd ủy ban nhân dân
vlxd vật liệu xây dựng
vn việt nam
vsattp vệ sinh an toàn thực phẩm
xk xuất khẩu
xnc xuất nhập cảnh
xnk xuất nhập khẩu
"""

WRITTEN_OUT: Mapping[str, tuple[str, ...]] = {
    short: tuple(words) for short, *words in (line.split() for line in _WRITTEN_OUT.strip().splitlines())
}
"""Abbreviation, in small letters without accents → its words."""
