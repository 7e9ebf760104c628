"""The style sheet of the report. Fonts are those of the reader's machine, Chinese ones named for every system."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{--ink:#1d2733;--soft:#5b6775;--line:#d9dfe6;--blue:#2563a8;--warn:#8b1a1a}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--ink);font:15px/1.5 -apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,
"Liberation Sans","DejaVu Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",
"WenQuanYi Micro Hei","Hiragino Sans GB",sans-serif}
main{max-width:960px;margin:0 auto;padding:20px}
h1{font-size:24px;margin:0 0 8px}h2{font-size:19px;margin:26px 0 8px}h3{font-size:17px;margin:0 0 6px}
h4{font-size:14px;margin:12px 0 4px;color:var(--soft)}
.question{font-size:17px;border-left:4px solid var(--blue);padding-left:10px;margin:8px 0;overflow-wrap:anywhere}
.standing,.method{color:var(--soft)}
.warn{border:2px solid var(--warn);border-radius:6px;padding:4px 14px}.warn h2{color:var(--warn);margin-top:8px}
.variant{border:1px solid var(--line);border-radius:6px;padding:14px;margin:16px 0}
small{display:block;color:var(--soft);font-size:12.5px}
svg{max-width:100%;height:auto}svg text{fill:#1d2733;font-family:inherit}
svg text{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
.rare{color:var(--soft);font-size:13px;border-top:1px solid var(--line);padding-top:5px;margin:6px 0;
overflow-wrap:anywhere}.apart{border-left:4px solid #b4541a;padding-left:10px;overflow-wrap:anywhere}
.narrow{display:none}.legend{list-style:none;padding:0;columns:2}
.step{display:grid;grid-template-columns:minmax(0,4fr) minmax(0,4fr) minmax(0,4fr);gap:10px;align-items:center;
border-top:1px solid var(--line);padding:3px 0}
.step.axis{border:0;padding:0}.ends{display:flex;justify-content:space-between;color:var(--soft);font-size:12.5px}
.name{overflow-wrap:anywhere}.support{font-size:13px}
.track{position:relative;display:block;height:24px;
background:linear-gradient(var(--line),var(--line)) 0 50%/100% 1px no-repeat}
.track i{position:absolute;font-style:normal}
.span{top:9px;height:6px;background:#9dbbe0;border-radius:3px}.dot{top:7px;width:10px;height:10px;margin-left:-2px;
border-radius:50%;background:var(--blue)}.day{top:3px;font-size:12.5px;white-space:nowrap;background:#fff;padding:0 2px}
.day.after{margin-left:12px}.day.before{transform:translateX(calc(-100% - 6px))}
.bar{display:inline-block;position:relative;width:84px;height:10px;background:#eef1f5;border-radius:2px;vertical-align:middle}
.bar i{position:absolute;left:0;top:0;bottom:0;background:#7fa8d8;border-radius:2px}
.bar u{position:absolute;top:4px;height:2px;background:var(--ink)}.bar.none{background:repeating-linear-gradient(
45deg,#eef1f5 0 4px,#fff 4px 8px)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:3px 8px 3px 0;
border-top:1px solid var(--line);font-weight:normal;overflow-wrap:anywhere}
.cases th,.cases td:last-child{white-space:nowrap}
details{margin:8px 0}summary{cursor:pointer;color:var(--blue)}
@media(max-width:640px){main{padding:14px}.wide{display:none}.narrow{display:block}.legend{columns:1}
.step{grid-template-columns:minmax(0,1fr);gap:1px}.bar{width:64px}.track:empty{display:none}.variant{padding:10px}}
@page{size:A4;margin:14mm}
@media print{main{max-width:none;padding:0}.step,tr,svg{break-inside:avoid}h2,h3,h4{break-after:avoid}
details::details-content{content-visibility:visible;display:block}summary{color:var(--ink)}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
