"""The prefecture's counties and where their people go for work: shares that look plausible, none of them official."""

from dataclasses import dataclass

PREFECTURE = "532500"
ABROAD = "990000"


@dataclass(frozen=True)
class County:
    code: str
    name: str
    people_share: float
    """Part of the prefecture's register."""
    lifted_share: float
    """Part of its households that count as poverty-alleviated."""
    townships: int
    retired_prefix: str | None = None
    """A retired division code that older people's ID numbers still contain."""
    retired_before: int = 0
    """Births before this year may carry it."""

    def township_codes(self) -> list[str]:
        """Nine-digit codes: the first half towns (1xx), the others townships (2xx)."""
        towns = (self.townships + 1) // 2
        return [f"{self.code}{100 + i}" for i in range(towns)] + [
            f"{self.code}{200 + i}" for i in range(self.townships - towns)
        ]


COUNTIES = (
    County("532501", "个旧市", 0.060, 0.10, 11),
    County("532502", "开远市", 0.050, 0.10, 7, "532521", 1981),
    County("532503", "蒙自市", 0.090, 0.14, 13, "532522", 2010),
    County("532504", "弥勒市", 0.120, 0.13, 14, "532526", 2012),
    County("532523", "屏边苗族自治县", 0.035, 0.40, 7),
    County("532524", "建水县", 0.120, 0.14, 14),
    County("532525", "石屏县", 0.065, 0.18, 9),
    County("532527", "泸西县", 0.100, 0.23, 8),
    County("532528", "元阳县", 0.105, 0.44, 14),
    County("532529", "红河县", 0.080, 0.45, 13),
    County("532530", "金平苗族瑶族傣族自治县", 0.095, 0.44, 14),
    County("532531", "绿春县", 0.060, 0.44, 9),
    County("532532", "河口瑶族自治县", 0.020, 0.15, 6),
)


@dataclass(frozen=True)
class Destination:
    division_code: str
    name: str
    share: float
    wage: int
    """Usual monthly wage there, CNY."""


AWAY = (
    Destination("440306", "深圳市宝安区", 0.100, 5600),
    Destination("440307", "深圳市龙岗区", 0.060, 5500),
    Destination("441900", "东莞市", 0.110, 5200),
    Destination("440605", "佛山市南海区", 0.060, 5100),
    Destination("440606", "佛山市顺德区", 0.040, 5200),
    Destination("440111", "广州市白云区", 0.040, 5300),
    Destination("442000", "中山市", 0.040, 4900),
    Destination("441302", "惠州市惠城区", 0.040, 4800),
    Destination("330206", "宁波市北仑区", 0.050, 5400),
    Destination("330603", "绍兴市柯桥区", 0.040, 5300),
    Destination("330782", "义乌市", 0.050, 5200),
    Destination("330110", "杭州市余杭区", 0.040, 5600),
    Destination("330304", "温州市瓯海区", 0.030, 5100),
    Destination("310115", "上海市浦东新区", 0.040, 5900),
    Destination("310114", "上海市嘉定区", 0.020, 5700),
    Destination("310117", "上海市松江区", 0.020, 5700),
    Destination("350582", "晋江市", 0.040, 5000),
    Destination("350206", "厦门市湖里区", 0.020, 5200),
    Destination("320583", "昆山市", 0.030, 5400),
    Destination("530111", "昆明市官渡区", 0.060, 4300),
    Destination("530112", "昆明市西山区", 0.030, 4200),
    Destination("530402", "玉溪市红塔区", 0.025, 4100),
    Destination("532601", "文山市", 0.010, 3800),
    Destination(ABROAD, "境外", 0.005, 6500),
)
