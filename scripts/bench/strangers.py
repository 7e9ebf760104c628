"""Sentences that no case base of patients should know: some to learn from, others to test with."""

from __future__ import annotations

# What the calibration learns from; casefinder/search/knowing.py holds what it learned.
LEARNING = (
    "今天股市大幅下跌", "怎么做红烧肉", "周末去哪里玩比较好", "量子计算机的发展前景", "这部电影的导演是谁",
    "手机屏幕碎了怎么换", "北京到上海的高铁票价", "如何学习编程语言", "房价会不会继续上涨", "明天会下雨吗",
    "世界杯冠军是哪个国家", "公司年会的节目安排", "租房合同需要注意什么", "汽车保养多久一次", "怎样种好西红柿",
    "电脑开机很慢怎么办", "高考志愿怎么填报", "春节放假几天", "银行贷款利率是多少", "推荐几本好看的小说",
    "自行车链条掉了", "空调不制冷", "快递丢了怎么赔偿", "养猫需要准备什么", "如何申请护照", "咖啡机怎么清洗",
    "吉他入门曲目", "太阳系有几颗行星", "唐朝的都城在哪里", "二次方程的求根公式", "你好", "谢谢", "今天星期几",
    "孩子的作业太多了", "老人机哪个牌子好", "会议推迟到下午三点", "请把附件发给我", "项目三个月后验收",
    "城市的心脏地带", "经济出现发热现象", "网络突然中断两小时", "车子发动机异响三天", "水管漏水一周没人修",
    "打印机卡纸反复出现", "股票反复下跌半年", "邻居晚上太吵睡不好", "左转三百米到路口", "右边的门打不开",
    "how to bake sourdough bread", "the stock market fell today", "best laptop for programming",
    "who won the world cup", "cheap flights to Rome in May", "how do I change a bicycle tyre",
    "history of the Roman empire", "quarterly revenue grew by ten percent", "the weather will be sunny tomorrow",
    "install a printer driver", "recipe for tomato soup", "rent for a two bedroom flat", "learn to play the guitar",
    "football scores from last night", "translate this sentence into French", "quantum computing explained",
    "capital of Australia", "what is the meaning of this poem", "repair a leaking tap", "plan a birthday party",
    "train timetable to Berlin", "how to train a puppy to sit", "paint the living room walls",
    "open a savings account", "fix a slow computer", "write a cover letter", "the plot of the latest film",
    "grow tomatoes on a balcony", "voting in the general election", "solar panels for a small house", "hello",
    "thank you very much", "the meeting is put off for three days", "please send me the file",
    "left turn at the lights",
    "the engine has been making a noise for two weeks", "sudden loss of internet connection",
    "a child theme for my blog",
    "the head of the department resigned", "back up the hard drive", "acute angle of a triangle",
    "a chronic lack of funds",
    "sharp rise in prices since last year", "cold start of a diesel engine",
)  # fmt: skip

# Never learned from.
TESTING = (
    "怎么修改微信密码", "附近哪家火锅好吃", "机票改签要多少钱", "如何写年终总结", "圆周率的前十位", "长城有多长",
    "怎样给鱼缸换水", "驾照考试科目二技巧", "手机充电很慢", "冰箱不停机", "阳台漏水找谁", "下周一开家长会",
    "孔子的主要思想", "光的速度是多少", "怎么折纸飞机", "养老保险怎么交", "电动车续航多少公里", "笔记本电脑推荐",
    "如何拍好夜景照片", "最近有什么好看的电视剧", "羽毛球拍怎么选", "怎么炒西红柿鸡蛋", "面试自我介绍范文",
    "公积金可以提取几次", "新房装修要多久", "信用卡逾期三天", "法国的首都", "诗经的作者是谁", "三角形的面积公式",
    "如何用表格求和", "路由器怎么设置", "航班延误两小时", "小区停车位不够", "公司裁员的赔偿标准", "英语四级怎么备考",
    "钢琴调音多少钱", "台风什么时候登陆", "世界上最高的山", "月亮为什么有圆缺", "怎么注册公司", "垃圾分类标准",
    "垃圾短信怎么屏蔽", "蓝牙耳机连不上", "游戏闪退怎么解决", "羽绒服怎么洗", "鞋子开胶了", "毕业论文查重",
    "比赛打了三天还没结束", "屋顶漏雨半个月", "软件反复崩溃两天", "合同纠纷三年未决", "门口的路灯坏了一周",
    "他心里很难过因为比赛输了", "这个方案让人头大", "经济复苏乏力", "市场情绪低迷", "公司血亏三年",
    "脚本跑了两小时报错",
    "股市阵痛", "网速时快时慢", "早上好", "在吗", "哈哈哈", "测试", "一二三四五",
    "how to tie a tie", "what time does the museum open", "best pizza near me", "convert miles to kilometres",
    "who painted the Mona Lisa", "how tall is Mount Everest", "reset my email password", "a poem about autumn",
    "cancel my train ticket", "how to knit a scarf", "the price of gold this week", "second hand cars for sale",
    "who wrote War and Peace", "how to remove wallpaper", "tax return deadline", "learn Spanish in three months",
    "the battery of my phone drains fast", "book a table for four", "chess openings for beginners",
    "how does a steam engine work", "distance from the earth to the moon", "unsubscribe from the newsletter",
    "how to sharpen a kitchen knife", "what is machine learning", "the ferry leaves at noon", "city break in Lisbon",
    "plant tulip bulbs in October", "noise from the neighbours at night", "write unit tests in Python",
    "the bridge is closed for two weeks", "an interview with the prime minister", "minutes of the last meeting",
    "the server has been down for six hours", "the roof has been leaking since Monday", "left wing politics",
    "the right to vote", "a headache for the government", "the heart of the matter", "inflation hits the economy",
    "severe delays on the motorway", "weak demand for steel", "a sudden drop in temperature outside",
    "a painful defeat for the home team", "the project suffers from poor planning",
    "growth slowed in the third quarter",
    "my car will not start in the morning", "recurrent network errors after the update", "the film is two hours long",
    "good morning", "ok", "test", "lorem ipsum dolor sit amet", "one two three", "what is your name",
    "blue paint for the kitchen", "the old man and the sea", "a baby name book", "women's football league table",
)  # fmt: skip

SHORT = (
    "胸痛", "咳嗽", "发热", "腹痛", "头痛", "头晕", "腰痛", "皮疹", "心悸", "血尿", "呕吐", "腹泻", "水肿", "咽痛",
    "chest pain", "cough", "fever", "abdominal pain", "headache", "dizziness", "back pain", "rash", "palpitations",
    "vomiting", "diarrhoea", "sore throat", "急性心肌梗死", "肺炎", "阑尾炎", "糖尿病", "pneumonia", "appendicitis",
    "心梗", "脑梗", "无胸痛", "没有发热的咳嗽", "no fever but cough", "阿司匹林", "aspirin", "I21", "患儿咳嗽",
)  # fmt: skip
