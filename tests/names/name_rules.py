"""How one person's name comes in two forms, rule by rule, and how two persons' names come close.

Tables hold one name a row, rows parted by ";", spellings of the same name by "/". They are common
names of their languages, nobody's in particular. Patterns: see make_pairs.words; "^" writes it in
capitals, "#" as in a machine-readable zone.
"""

import dataclasses
import unicodedata


@dataclasses.dataclass
class Rule:
    name: str
    source: str
    given: str
    family: str = ""
    middle: str = ""
    same: tuple = ()
    different: tuple = ()
    same_count: int = 14
    different_count: int = 8


# ICAO Doc 9303-3, section 6 A: what is not just the letter without its marks.
LATIN = {"Ä": "AE", "Å": "AA", "Æ": "AE", "Đ": "D", "Ð": "D", "Ö": "OE", "Ø": "OE", "Ü": "UE", "Þ": "TH",
         "ß": "SS", "Ł": "L", "Œ": "OE"}
# Section 6 C, the letters used below.
ARABIC = {"ا": "A", "ب": "B", "ت": "T", "ج": "J", "ح": "XH", "خ": "XKH", "د": "D", "ر": "R", "ز": "Z", "س": "S",
          "ش": "XSH", "ص": "XSS", "ض": "XDZ", "ط": "XTT", "ظ": "XZZ", "ع": "E", "غ": "G", "ف": "F", "ق": "Q", "ك": "K", "ل": "L",
          "م": "M", "ن": "N", "ه": "H", "و": "W", "ي": "Y", "ة": "XAH", "ى": "XAY", "أ": "XAE", "ئ": "XI", "إ": "I"}
ZONE_LETTERS = 39


def zone(text):
    """"Primary, Secondary" as line 1 of a TD3 zone has it, cut at 39 characters."""
    out = ""
    for letter in text:
        if letter in ARABIC:
            out += ARABIC[letter]
            continue
        upper = unicodedata.normalize("NFC", letter).upper()
        if upper in LATIN:
            out += LATIN[upper]
        elif upper == ",":
            out += "<<"
        elif upper in " -":
            out += "" if out.endswith("<") else "<"
        else:
            out += "".join(c for c in unicodedata.normalize("NFKD", upper) if "A" <= c <= "Z")
    return out[:ZONE_LETTERS].ljust(ZONE_LETTERS, "<")


MALAY = """Ahmad/Ahmed; Faizal/Faisal; Hafiz/Hafeez; Azman; Ismail; Rosli; Kamarul; Zulkifli/Zulkifly; Shahrul;
Nizam; Khairul; Razak/Razaq; Hakim; Amirul; Syafiq/Shafiq; Fadzil/Fadhil; Ridzuan/Ridhuan; Azhar; Norazlan; Hamzah/Hamza"""
MALAY_FATHER = """Yusof/Yusuf/Yusoff; Hassan/Hasan; Ibrahim; Osman/Othman; Sulaiman; Jaafar/Jafar; Idris; Salleh/Saleh;
Mansor/Mansur; Zainal; Daud/Dawood; Harun/Haroon; Bakar; Musa; Tahir; Kassim/Kasim; Omar/Umar; Latiff/Latif"""
SERVANT = """Rahman/Rehman; Rahim/Raheem; Aziz; Hamid/Hameed; Karim/Kareem; Ghani; Latif; Razak/Razzaq; Salam; Wahab;
Halim; Majid/Majeed; Malik; Jabbar; Qadir/Kadir; Ghafur/Ghafoor; Nasir; Hakim; Rashid; Samad"""
TAMIL = """Muthu; Ganesan/Kanesan; Selvam/Chelvam; Murugan; Arumugam/Aarumugam; Sivakumar/Shivakumar; Vijayan/Wijayan;
Rajendran/Rajenthiran; Subramaniam/Subramanian/Subramanyam; Krishnan/Kirushnan; Balakrishnan/Balakirushnan;
Lakshmi/Letchumi/Laxmi; Saraswathy/Saraswati; Thangavelu/Thangavel; Kandasamy/Kandasami; Veerasamy/Virasamy;
Shanmugam/Sanmugam; Palaniappan/Palaniyappan; Kumaran; Devan/Thevan"""
TAMIL_FATHER = """Raman; Perumal; Sinnasamy/Chinnasamy; Govindasamy/Govindasami; Maniam/Manian; Nadarajah/Nadaraja;
Rengasamy/Rangasamy; Velu; Kuppusamy/Kupusamy; Pillai/Pillay; Ramasamy/Ramasami; Marimuthu; Suppiah/Subbiah; Doraisamy/Duraisamy"""
VIET_FAMILY = "Nguyễn; Trần; Lê; Phạm; Hoàng; Phan; Vũ; Đặng; Bùi; Đỗ; Hồ; Ngô; Dương; Lý"
VIET_GIVEN = "Đức; Hương; Dũng; Phượng; Tuấn; Thảo; Quỳnh; Sơn; Hạnh; Cường; Nga; Trung; Tâm; Khánh; Vinh; Bích"
VIET_MIDDLE = "Văn; Thị; Minh; Ngọc; Quốc; Thanh; Hữu; Kim"
MYANMAR = """Aung; Kyaw; Zaw; Myint/Myin; Thein/Thain; Htun/Tun; Hla/Hlaa; Soe/Soh; Khin/Khinn; Nwe/Nway; Phyo/Phyoe; Swe/Sway;
Htay/Htey; Naing/Nyaing; Lwin/Lwinn; Oo/Ooh; Mar/Ma; Thiri/Thiry; Yadanar/Yadana; Hnin/Hninn"""
MYANMAR_SECOND = "Win; Min; Moe/Mo; Lin/Linn; Tint/Tin; Wai/Wei; San/Sann; Than; Maung/Mg; Htet/Htat; Zin/Zinn; Thu/Thuu"
THAI = """Somchai/Somchay; Pornthip/Phonthip; Kittisak/Kitisak; Wichai/Vichai; Prasert/Prasoet; Boonmee/Bunmi;
Siriporn/Siriphon; Phongsak/Pongsak; Rattana/Ratana; Weerachai/Wirachai; Jiraporn/Chiraphon; Thongchai/Tongchai;
Suwannee/Suwanni; Anucha; Chaiyaporn/Chaiyaphon; Narong; Nittaya/Nitaya; Sompong/Somphong; Surachai; Wanida/Vanida"""
THAI_FAMILY = """Srisuk/Sisuk; Thongdee/Thongdi; Kaewmanee/Kaeomani; Boonsong/Bunsong; Suksawat/Suksawad; Chaiyasit/Chaiyasith;
Saetang/Sae Tang; Saelim/Sae Lim; Wongsa/Vongsa; Phromma/Promma; Rattanaporn/Ratanaphon; Intharat/Intarat; Chanthara/Jantara; Panyawong/Panyavong"""
PINYIN = """Jianguo/Chien-kuo; Xiaoming/Hsiao-ming; Zhiwei/Chih-wei; Guoqiang/Kuo-ch'iang; Qingshan/Ch'ing-shan; Dehua/Te-hua;
Bingwen/Ping-wen; Jiahui/Chia-hui; Tianci/T'ien-tz'u; Zongxian/Tsung-hsien; Xuefeng/Hsueh-feng; Boren/Po-jen; Jinlong/Chin-lung; Kaixuan/K'ai-hsuan"""
PINYIN_FAMILY = """Zhang/Chang; Zhou/Chou; Xu/Hsu; Xie/Hsieh; Cai/Ts'ai; Zheng/Cheng; Zhao/Chao; Guo/Kuo; Jiang/Chiang;
Qian/Ch'ien; Deng/Teng; Zeng/Tseng; Gao/Kao; Du/Tu"""
BENGALI = """Rafiqul/Rofiqul/Rafikul; Nazrul/Nojrul; Shahidul/Shohidul; Jahangir/Jahangeer; Mizanur/Mijanur; Kamrul/Kamrool;
Abul/Abool; Selina/Salina; Sultana/Sultna; Anowar/Anwar; Delwar/Delowar; Tofazzal/Tofajjal; Shafiqul/Shofiqul; Monir/Munir;
Habibur/Hobibur; Nurul/Noorul; Ashraful/Asraful; Billal/Belal"""
BENGALI_FAMILY = """Islam; Hossain/Hussain/Hosen; Chowdhury/Choudhury/Chaudhuri; Rahman/Rohman; Miah/Mia/Miya; Sarker/Sarkar;
Akter/Akhter/Aktar; Khatun/Khatoon; Mollah/Molla; Talukder/Talukdar; Howlader/Hawladar; Bhuiyan/Bhuyan/Bhuiya; Mondal/Mandal; Begum/Begom"""
URDU = """Tariq/Tarik; Shahid/Shaheed; Nasreen/Nasrin; Imran/Emran; Yousaf/Yusuf/Yousuf; Iqbal/Eqbal; Waseem/Wasim;
Nadeem/Nadim; Rashid/Rasheed; Saleem/Salim; Naeem/Naim; Faheem/Fahim; Zafar/Zaffar; Javed/Javaid/Jawed; Pervez/Parvez/Parwaiz;
Aslam; Bushra/Bushara; Rubina/Rubeena"""
URDU_FAMILY = """Hussain/Husain/Hussein; Qureshi/Quraishi/Koreshi; Chaudhry/Choudhary/Chaudhary; Siddiqui/Siddiqi; Malik/Malick;
Bhatti/Bhati; Ansari/Ansary; Sheikh/Shaikh; Butt/Bhat; Rajput; Mirza/Meerza; Awan; Farooqi/Faruqi; Hashmi/Hashimi"""
PASHTO = """Najibullah/Najeebullah/Najib Ullah; Rahmatullah/Rahmat Ullah; Hamidullah/Hameedullah; Sher/Shir; Zmarai/Zmaray;
Esmatullah/Ismatullah; Gulagha/Gul Agha; Nasrullah/Nasr Ullah; Habibullah/Habib Ullah; Ehsanullah/Ihsanullah; Zabihullah/Zabiullah;
Khairullah/Khair Ullah; Torpekai/Torpikai; Palwasha/Palwasa"""
PASHTO_FAMILY = """Yousafzai/Yusufzai; Stanikzai/Stanekzai; Noorzai/Nurzai; Achakzai/Achekzai; Popalzai/Popalzay; Ahmadzai/Ahmadzay;
Barakzai/Barekzai; Zadran/Jadran; Wardak/Wardag; Shinwari/Shinwary; Mangal/Mangel; Safi/Sapi"""
DARI = """Mahdi/Mehdi; Reza/Raza; Fatima/Fatemeh; Gholam/Ghulam; Hossein/Hussain; Zahra/Zehra; Mostafa/Mustafa; Esmail/Ismail;
Morteza/Murtaza; Maryam/Mariam; Masoud/Masood; Nader/Nadir; Yaghoub/Yaqub; Sediqa/Sadiqa; Latifa; Jawad/Javad"""
DARI_FAMILY = """Rezai/Rezaee/Rezayi; Hosseini/Husaini; Karimi/Kareemi; Ahmadi/Ahmady; Mohammadi/Mohammady; Rahimi/Raheemi;
Haidari/Heydari; Sharifi/Sharify; Nazari/Nazary; Amiri/Ameri; Yousefi/Yusufi; Qasemi/Ghasemi"""
ARABIC_NAMES = """Said/Saeed; Khaled/Khalid; Youssef/Yusuf/Yousif; Omar/Umar; Osama/Usama; Hisham/Hicham; Jamal/Gamal; Qasim/Kassem;
Nour/Noor; Sulayman/Suleiman/Soliman; Tariq/Tarek; Hussein/Husayn; Mahmoud/Mahmud; Walid/Waleed; Ibrahim/Ebrahim; Rachid/Rashid;
Samir/Sameer; Karim/Kareem"""
ARABIC_FAMILY = """Masri/Misri; Hashimi/Hashemi; Tikriti/Takriti; Baghdadi/Bagdadi; Shami/Chami; Dulaimi/Duleimi; Jubouri/Juburi/Jaburi;
Rashidi/Rasheedi; Zubaidi/Zubeidi; Hariri; Najjar/Najar; Khoury/Khouri; Otaibi/Utaybi; Qahtani/Kahtani"""
ARABIC_SCRIPT = """خالد/Khalid/Khaled; محمود/Mahmoud/Mahmud; حسن/Hassan/Hasan; سليم/Salim/Saleem; طارق/Tariq/Tarek; سعيد/Said/Saeed;
كريم/Karim/Kareem; جمال/Jamal/Gamal; يوسف/Yusuf/Youssef; ابراهيم/Ibrahim; منصور/Mansour/Mansur; ناصر/Nasser/Nasir; عمر/Omar/Umar; سمير/Samir/Sameer;
فاطمة/Fatima/Fatma; زينب/Zainab/Zeinab; حسين/Hussein/Husain; صالح/Saleh/Salih"""
ARABIC_SCRIPT_FAMILY = """مصري/Masri/Misri; هاشمي/Hashimi/Hashemi; بغدادي/Baghdadi; شامي/Shami/Chami; نجار/Najjar/Najar; قحطاني/Qahtani/Kahtani;
رشيدي/Rashidi/Rasheedi; حريري/Hariri; جبوري/Jubouri/Jaburi; زبيدي/Zubaidi/Zubeidi"""
CYRILLIC = """Айгуль/Aigul/Aygul; Нурлан/Nurlan; Бахтияр/Bakhtiyar/Bakhtiiar; Сергей/Sergey/Sergei; Юрий/Yuri/Iurii/Yury; Дмитрий/Dmitry/Dmitrii;
Жамиля/Zhamilya/Jamila; Фируз/Firuz/Feruz; Шерзод/Sherzod; Евгений/Evgeny/Yevgeny; Анастасия/Anastasia/Anastasiia; Умида/Umida"""
CYRILLIC_FAMILY = """Ахметов/Akhmetov/Ahmetov; Каримов/Karimov; Рахимов/Rakhimov/Rahimov; Иванов/Ivanov; Юсупов/Yusupov/Iusupov; Назаров/Nazarov;
Хасанов/Khasanov/Hasanov; Алиев/Aliev/Aliyev; Тургунбаев/Turgunbaev/Turgunbayev; Цой/Tsoi/Tsoy; Щербаков/Shcherbakov/Scherbakov; Жуков/Zhukov"""
KOREAN = """Young-ho/Yeongho; Hyun-woo/Hyeonu; Sung-min/Seongmin; Joon-ho/Junho; Ji-hye/Jihye; Min-jung/Minjeong; Kyung-soo/Gyeongsu; Eun-hee/Eunhui;
Jung-hoon/Jeonghun; Sun-young/Seonyeong; Dong-hyun/Donghyeon; Jae-won/Jaewon; Hee-jin/Huijin; Sang-woo/Sangu"""
KOREAN_FAMILY = "Lee/Yi/Rhee; Park/Pak/Bak; Kim/Gim; Choi/Choe; Jung/Jeong/Chung; Kang/Gang; Cho/Jo; Yoon/Yun; Lim/Im; Shin/Sin; Woo/U; Noh/Roh"
NEPALI = """Laxmi/Lakshmi; Bishnu/Vishnu; Shyam/Syam; Dilip/Deelip; Krishna/Krisna; Sarita; Bimala/Vimala; Ganesh; Kamala/Kamla; Suresh; Binod/Vinod;
Rajendra/Rajender; Sabitri/Savitri; Hari"""
NEPALI_FAMILY = "Shrestha/Shreshtha/Srestha; Adhikari/Adhikary; Thapa; Gurung/Gurng; Tamang; Karki; Khadka/Khadga; Basnet/Basnyat; Poudel/Paudel/Paudyal; Bhattarai/Bhattrai; Rana; Chhetri/Chettri/Kshetri"
KHMER = """Vanna/Vana; Sophea/Sophia; Veasna/Vesna; Chantrea/Chantria; Rithy/Rithi; Pheakdey/Pheakdei; Bopha/Bobpha; Dara; Sokha/Sokhar; Kosal/Kosol;
Ratanak/Rattanak; Sreymom/Sreymum; Makara; Sovann/Sovan"""
KHMER_FAMILY = "Sok/Sokh; Chhay/Chay; Heng; Keo/Kev; Phal/Phall; Meas/Mas; Chea/Chia; Nhem/Nhim; Prak/Brak; Seng; Touch/Tuch; Ouk/Uk"
LAO = """Bounmy/Bunmi; Khamphoui/Khamphuy; Souksavanh/Suksavan; Phonesavanh/Phonsavan; Sengdeuane/Sengdeuan; Chanthone/Chanthon; Viengkham/Viangkham;
Somphone/Somphon; Vilay/Vilai; Bouavanh/Buavan; Thongsavanh/Thongsavan; Keomany/Keomani"""
LAO_FAMILY = """Vongsa/Wongsa; Chanthavong/Chanthawong; Phommachanh/Phommachan; Sisouphanh/Sisuphan; Inthavong/Inthawong; Sayavong/Xayavong;
Keovongsa/Keowongsa; Phimmasone/Phimmason; Souvannavong/Suvannavong; Xaysana/Saysana"""
SINHALA = "Nimal; Kamal; Sunil; Chaminda/Chamindha; Lakshman/Laksman; Kumari/Kumaree; Priyantha/Prianta; Nuwan/Nuwanna; Dilani/Dilanee; Ruwan/Ruvan; Ajith/Ajit; Gamini"
SINHALA_FAMILY = """Jayawardena/Jayawardene/Jayewardene; Wickramasinghe/Wickremesinghe; Rajapaksa/Rajapakse; Dissanayake/Dissanayaka; Weerasinghe/Wirasinghe;
Perera/Pereira; Fernando; Gunawardena/Gunawardana; Ratnayake/Rathnayaka; Senanayake/Senanayaka; Bandara/Bandaara; Silva"""
VASAGAMA = "Wijesinghe; Ranasinghe; Jayasinghe; Hettiarachchi; Amarasinghe; Kuruppu; Herath; Liyanage"
FILIPINO = "Maria Clara; Jose Antonio; Ana Liza; Juan Carlos; Mary Grace; Rodrigo; Cristina; Emmanuel; Rosario; Benigno; Angelica; Ramil"
FILIPINO_FAMILY = "Santos; Reyes; Cruz; Bautista; Ocampo; Garcia; Mendoza; Torres; Villanueva; Ramos; Aquino; Castillo; Dela Cruz; Pascual"
INDONESIAN = "Suharyanto; Sulastri; Wahyudi; Sutrisno; Kartini; Supriyadi; Hartono; Mulyani; Widodo; Suparman; Ngatiyem; Budiono; Susilo; Sumarni; Slamet; Paijo"
OLD_INDONESIAN = """Susilo/Soesilo; Joko/Djoko; Cahyono/Tjahjono; Suryadi/Soerjadi; Wahyuni/Wahjoeni; Juwita/Djoewita; Yusuf/Joesoef; Sunaryo/Soenarjo; Mulyono/Moeljono;
Candra/Tjandra; Rukmini/Roekmini; Kusuma/Koesoema"""
INDIAN = "Rajesh; Suresh; Priya; Sunita; Anil; Deepak/Dipak; Vijay/Vijai; Sanjay/Sanjai; Geeta/Gita; Meena/Mina; Ashok; Ramesh; Pooja/Puja; Neelam/Nilam; Sandeep/Sandip; Manoj"
INDIAN_FAMILY = "Sharma; Verma/Varma; Gupta; Agarwal/Aggarwal/Agrawal; Mishra/Misra; Yadav/Yadava; Patel; Joshi; Chauhan/Chouhan; Tiwari/Tewari; Pandey/Pande; Trivedi"
SIKH = "Gurpreet; Harjit; Manjeet/Manjit; Baljit; Jaswinder; Sukhdev; Amarjit; Paramjit/Parmjeet; Kuldeep/Kuldip; Ranjit; Davinder; Satnam"
ICAO_LATIN = "Jürgen; Åsa; Björn; Günther; Søren; Zoë; Łukasz; Désirée; Şükrü; Jörg; Märta; Özlem"
ICAO_FAMILY = "Müller; Strauß; Ødegård; Æbelø; Jäger; Þórsson; Köhler; Størmer; Groß; Österman; Wójcik; Dvořák"
LONG_GIVEN = "Nimal Chaminda; Maria Consolacion; Subramaniam; Wolfgang Amadeus; Balasubramaniam; Ana Filipa; Thirunavukkarasu; Rosalinda Esperanza; Phonesavanh; Joaquim Manuel; Chaiyaporn; Anastasia Yelena"
LONG_FAMILY = """Wijesinghe Arachchilage Jayawardena; Rajapaksa Mudiyanselage Bandara; de los Santos y Villanueva; Cacador Figueiredo de Araujo;
Papadimitriou Konstantinopoulou; Krishnaswamy Venkataraman; van der Westhuizen Oosthuizen; Bhattacharyya Chattopadhyay"""

SPELLED = (("{g} {f}", "{G} {F}"), ("{g} {f}", "^{F} {G}"))
ONE_DIFFERS = (("{g} {f}", "{h} {F}"), ("{g} {f}", "{G} {e}"))

RULES = [
    Rule("malay_bin", "Malaysian, Singaporean and Bruneian names: bin/binti between name and father's name is written, abbreviated (B., bt) or left out (ICAO 9303-3 4.6 leaves what a name consists of to the state); namesakes and brothers differ",
         MALAY, MALAY_FATHER, same=(("{g} bin {f}", "^{g} {f}"), ("{g} bin {f}", "{g} b. {f}"), ("{g} bin {f}", "{G} bin {F}"), ("{g} ibni {f}", "{g} bin {F}")),
         different=(("{g} bin {f}", "{h} bin {f}"), ("{g} bin {f}", "{g} bin {e}")), different_count=12),
    Rule("malay_muhammad", "Malay: Muhammad before another name is written Mohd, Mohamad, Muhd, Md., Mhd. and often left out",
         MALAY, MALAY_FATHER, "Mohd/Muhammad; Mohamad/Muhamad; Md./Muhammad; Mohammed/Mohd; Muhd/Muhammad; Mhd/Mohamad",
         same=(("{m} {g} bin {f}", "{M} {g} bin {f}"), ("{m} {g} bin {f}", "^{M} {G} {F}"), ("{m} {g} bin {f}", "{g} bin {f}")),
         different=(("{m} {g} bin {f}", "{M} {h} bin {f}"), ("{m} {g} bin {f}", "{M} {g} bin {e}"))),
    Rule("malay_title", "Malay titles and forms of address before a name say nothing about who (Dato', Tan Sri, Haji, Encik, Cik, Tuan)",
         MALAY, MALAY_FATHER, "Dato'; Haji; Tan Sri; Datuk Seri; Encik; Hj.; Tuan Haji; Datuk",
         same=(("{m} {g} bin {f}", "{g} {f}"),), different=(("{m} {g} bin {f}", "{m} {h} bin {f}"),), same_count=12, different_count=6),
    Rule("servant", "Arabic names with 'servant of' are one name written in one, two or three words (ʿAbd al-Rahman: Abdul Rahman, Abdulrahman, Abdur Rahman, Abd. Rahman); another attribute is another name",
         SERVANT, MALAY_FATHER, same=(("Abdul {g} {f}", "Abdul{g} {f}"), ("Abdul {g} bin {f}", "Abd. {G} {F}"), ("Abdul {g} {f}", "Abdel {G} {f}"), ("Abdul {g} {f}", "^{f} ABDUL {G}")),
         different=(("Abdul {g} {f}", "Abdul {h} {f}"),), different_count=10),
    Rule("tamil_marker", "Tamil names of Malaysia, Singapore and Sri Lanka: anak lelaki/perempuan (a/l, a/p), s/o, d/o between name and father's name, or nothing",
         TAMIL, TAMIL_FATHER, same=(("{g} a/l {f}", "{g} {f}"), ("{g} s/o {f}", "^{G} A/L {F}"), ("{g} anak lelaki {f}", "{g} a/l {f}"), ("{g} d/o {f}", "{g} a/p {f}")),
         different=(("{g} a/l {f}", "{h} a/l {f}"), ("{g} a/l {f}", "{g} a/l {e}"))),
    Rule("tamil_initial", "Tamil: the father's name before the own as an initial, after it in full in a passport",
         TAMIL, TAMIL_FATHER, same=(("{fi}. {g}", "{g} {f}"), ("{g} {fi}", "^{G} {F}")), different=(("{fi}. {g}", "{h} {f}"), ("{ei}. {g}", "{g} {f}"))),
    Rule("tamil_spelling", "Tamil has one letter each for k/g, c/s/ch, t/d, p/b: Latin spellings choose; Sanskrit ones come beside",
         TAMIL, TAMIL_FATHER, same=SPELLED, different=ONE_DIFFERS),
    Rule("sinhala_vasagama", "Sinhala: the vasagama (family's ge name) before the given names in full, as initials, or not at all",
         SINHALA, SINHALA_FAMILY, VASAGAMA, same=(("{m} Arachchilage {g} {f}", "{g} {f}"), ("{m} Arachchige {g} {f}", "{mi}.A. {g} {f}"), ("{m}ge {g} {F}", "{m}lage {g} {F}")),
         different=(("{m} Arachchilage {g} {f}", "{m} Arachchilage {h} {f}"), ("{m} Arachchilage {g} {f}", "{n} Arachchilage {h} {f}"))),
    Rule("sinhala_spelling", "Sinhala: a/e at word ends, v/w, aspirates written or not", SINHALA, SINHALA_FAMILY, same=SPELLED, different=ONE_DIFFERS),
    Rule("myanmar_title", "Myanmar: U, Daw, Ko, Ma, Maung before a name by age and standing, no part of it; no family names",
         MYANMAR, MYANMAR_SECOND, "U; Daw; Ko; Ma; Maung; Saw",
         same=(("{m} {g} {f} {g}", "{g} {f} {g}"), ("{m} {g} {f}", "^{g} {f}")), different=(("{m} {g} {f}", "{m} {h} {f}"), ("{m} {g} {f}", "{n} {g} {e}"))),
    Rule("myanmar_spelling", "Myanmar: no official romanisation for persons; finals doubled, h written or not, spelt together",
         MYANMAR, MYANMAR_SECOND, same=(("{g} {f} {g}", "{G} {F} {G}"), ("{g} {f}", "{g}{f}"), ("{g} {f}", "{G} {F}")), different=ONE_DIFFERS),
    Rule("thai_spelling", "Thai: RTGS (Royal Institute, 1999) against everyday spelling: ph/p, th/t, ch/j, u/oo, i/ee, w/v, finals t/d, r kept or not",
         THAI, THAI_FAMILY, same=SPELLED, different=ONE_DIFFERS, same_count=18, different_count=10),
    Rule("thai_title", "Thai: Nai, Nang, Nangsao, Khun before the given name; given name first at home, last in a zone",
         THAI, THAI_FAMILY, "Nai; Nang; Nangsao; Khun; Mr.; Miss", same=(("{m} {g} {f}", "^{f} {g}"),), different=(("{m} {g} {f}", "{m} {h} {f}"),), same_count=12, different_count=6),
    Rule("viet_tones", "Vietnamese: tone and vowel marks are lost in a zone (ICAO 9303-3 section 6 A); family, middle, given, or reversed",
         VIET_GIVEN, VIET_FAMILY, VIET_MIDDLE, same=(("{f} {m} {g}", "^{f} {m} {g}"), ("{f} {m} {g}", "#{f}, {m} {g}"), ("{f} {m} {g}", "{g} {m} {f}")),
         different=(("{f} {m} {g}", "{f} {m} {h}"), ("{f} {m} {g}", "#{f}, {m} {h}"), ("{f} {m} {g}", "{e} {m} {g}")), different_count=14),
    Rule("viet_middle", "Vietnamese: the middle name left out or shortened abroad", VIET_GIVEN, VIET_FAMILY, VIET_MIDDLE,
         same=(("{f} {m} {g}", "{g} {f}"), ("{f} {m} {g}", "{g} {mi}. {f}")), different=(("{f} {m} {g}", "{h} {f}"), ("{f} {m} {g}", "{f} {n} {h}")), same_count=12),
    Rule("khmer_order", "Khmer: family name first at home, last abroad; French and English spellings", KHMER, KHMER_FAMILY,
         same=(("{f} {g}", "{G} {F}"), ("{f} {g}", "^{F} {G}")), different=(("{f} {g}", "{f} {h}"), ("{f} {g}", "{e} {g}"))),
    Rule("lao_spelling", "Lao: French spellings (ou, -e and -h after a final, v, x) against English ones; given name first", LAO, LAO_FAMILY, same=SPELLED, different=ONE_DIFFERS),
    Rule("indonesian_mononym", "Indonesian mononyms: where a form wants two names the one is doubled, or FNU, LNU, XXX or a full stop stands for the other (airline and visa practice; ICAO 9303-3 4.6: no secondary identifier)",
         INDONESIAN, same=(("{g}", "{g} {g}"), ("{g}", "FNU {g}"), ("{g}", "^{g} LNU"), ("{g}", "#{g}")), different=(("{g}", "{h}"), ("FNU {g}", "FNU {h}"), ("{g}", "#{h}"))),
    Rule("indonesian_old", "Indonesian: spelling before 1972 (oe, dj, tj, j) against the reformed one (u, j, c, y)", OLD_INDONESIAN, OLD_INDONESIAN.replace("Susilo/Soesilo; ", ""),
         same=SPELLED, different=(("{g} {f}", "{h} {f}"),)),
    Rule("filipino_maternal", "Filipino: the mother's family name stands between given and family name, in full, as an initial or not at all",
         FILIPINO, FILIPINO_FAMILY, "Navarro; Salazar; Dizon; Manalo; Soriano; Marquez; Tolentino; Padilla",
         same=(("{g} {m} {f}", "{g} {f}"), ("{g} {m} {f}", "{g} {mi}. {f}"), ("{g} {m} {f}", "#{f}, {g} {m}")),
         different=(("{g} {m} {f}", "{h} {m} {f}"), ("{g} {m} {f}", "{h} {f}"))),
    Rule("filipino_married", "Filipino: a married woman keeps given and maiden name before the husband's", FILIPINO, FILIPINO_FAMILY, "Navarro; Salazar; Dizon; Manalo; Soriano; Marquez",
         same=(("{g} {m} {f}", "{g} {f} {e}"), ("{g} {f}", "{g} {f}-{e}")), different=(("{g} {m} {f}", "{h} {f} {e}"),), same_count=8, different_count=6),
    Rule("bengali_spelling", "Bengali vowels a/o, z/j, v/b; English spellings of Muslim names in Bangladesh", BENGALI, BENGALI_FAMILY, same=(*SPELLED, ("Md. {g} {f}", "Mohammad {G} {F}")), different=ONE_DIFFERS, same_count=18),
    Rule("urdu_spelling", "Urdu: short vowels unwritten; English ee/i, oo/u, kh/k, q/k", URDU, URDU_FAMILY, same=SPELLED, different=ONE_DIFFERS, same_count=16),
    Rule("pashto_spelling", "Pashto: -ullah joined or apart, -zai/-zay, i/e, hard and soft dialects", PASHTO, PASHTO_FAMILY, same=SPELLED, different=ONE_DIFFERS),
    Rule("dari_spelling", "Dari and Persian: o/u, e/i, gh/q, v/w; -i, -y, -ee, -yi for the same ending", DARI, DARI_FAMILY, same=SPELLED, different=ONE_DIFFERS, same_count=16),
    Rule("arabic_spelling", "Arabic by English, French and Egyptian ear: ou/u/oo, ch/sh, g/j/q, al-/el- or no article", ARABIC_NAMES, ARABIC_FAMILY,
         same=(("{g} al-{f}", "{G} El {F}"), ("{g} {f}", "{G} al-{F}"), ("{g} Al {f}", "^{F} {G}")), different=(("{g} al-{f}", "{h} al-{f}"), ("{g} al-{f}", "{g} al-{e}"))),
    Rule("arabic_script", "Arabic letters by ICAO 9303-3 section 6 C against everyday Latin: short vowels are missing", ARABIC_SCRIPT, ARABIC_SCRIPT_FAMILY,
         same=(("{gA} {fA}", "{gL} {fL}"), ("{gA} ال{fA}", "{gL} al-{fL}")), different=(("{gA} {fA}", "{hL} {fL}"), ("{gA} {fA}", "{gL} {eL}")), same_count=16),
    Rule("mrz_arabic", "A zone made from Arabic letters with ICAO's X codes (section 6 C) against everyday Latin", ARABIC_SCRIPT, ARABIC_SCRIPT_FAMILY,
         same=(("#{fA}, {gA}", "{gL} {fL}"),), different=(("#{fA}, {gA}", "{hL} {fL}"),), same_count=12, different_count=6),
    Rule("cyrillic", "Cyrillic by ICAO 9303-3 section 6 B against other romanisations in passports of central Asia and Russia", CYRILLIC, CYRILLIC_FAMILY,
         same=SPELLED, different=ONE_DIFFERS, same_count=16),
    Rule("chinese_wade", "Pinyin against Wade-Giles (Taiwan, older documents)", PINYIN, PINYIN_FAMILY, same=(("{f} {g}", "{F} {G}"),), different=(("{f} {g}", "{f} {h}"),), same_count=16),
    Rule("chinese_cantonese", "The same characters read in Mandarin (Pinyin) and in Cantonese (Hong Kong spelling): letters have little in common",
         "Weiming/Wai Ming; Guohua/Kwok Wah; Jiahui/Ka Wai; Zhiqiang/Chi Keung; Meiling/Mei Ling; Yonghong/Wing Hung; Xiaoling/Siu Ling; Jianhua/Kin Wah; Wenjie/Man Kit; Shufen/Suk Fan",
         "Chen/Chan; Huang/Wong; Lin/Lam; Zhang/Cheung; Wu/Ng; Liang/Leung; He/Ho; Zhou/Chow; Guo/Kwok; Xu/Hui", same=(("{f} {g}", "{F} {G}"),), different=(("{f} {g}", "{f} {h}"), ("{F} {G}", "{e} {G}")), same_count=12),
    Rule("chinese_hokkien", "The same characters in Pinyin and as Hokkien or Teochew speakers of Malaysia and Singapore spell them",
         "Weiming/Wee Beng; Guohua/Kok Hua; Jiahui/Kah Hui; Zhiqiang/Chee Keong; Meiling/Bee Leng; Yonghong/Eng Hong; Xiaoling/Siew Leng; Jianhua/Kian Hua; Wenjie/Boon Kiat; Shufen/Sok Hoon",
         "Chen/Tan; Huang/Ooi; Lin/Lim; Zhang/Teoh; Wu/Goh; Wang/Ong; Cai/Chua; Xu/Koh; Guo/Quek; Zheng/Tay", same=(("{f} {g}", "{F} {G}"),), different=(("{f} {g}", "{f} {h}"), ("{F} {G}", "{e} {G}")), same_count=12),
    Rule("chinese_joined", "Chinese given names of two characters joined, apart or with a hyphen; either order",
         "Xiao Ming; Wei Jie; Mei Ling; Jian Guo; Hui Min; Zhi Qiang; Yu Ting; Jun Hao; Li Hua; Guo Dong", "Wang; Tan; Chen; Lim; Liu; Wong; Zhao; Ng; Lee; Goh",
         same=(("{f} {g}", "{f} {gJ}"), ("{f} {g}", "{gJ} {f}"), ("{f} {g}", "^{f} {gH}")), different=(("{f} {gJ}", "{f} {hJ}"), ("{f} {gJ}", "{e} {gJ}"), ("{f} {g}", "{f} {h}")), different_count=12),
    Rule("chinese_western", "A western name before the Chinese one, in the document or not",
         "Xiao Ming; Wei Jie; Mei Ling; Kok Wah; Hui Min; Chee Keong; Siew Leng; Jun Hao", "Wang; Tan; Chen; Lim; Liu; Wong; Teo; Ng", "Jason; Michelle; Kelvin; Vivian; Raymond; Doris",
         same=(("{m} {f} {g}", "{f} {g}"), ("{m} {f} {g}", "^{f} {g}, {m}")), different=(("{m} {f} {g}", "{f} {h}"), ("{m} {f} {g}", "{m} {f} {h}")), same_count=12),
    Rule("korean_spelling", "Korean: Revised Romanisation (2000) against spellings by habit; given name joined, apart or with a hyphen", KOREAN, KOREAN_FAMILY,
         same=(("{f} {g}", "{F} {G}"), ("{g} {f}", "^{F} {G}")), different=(("{f} {g}", "{f} {h}"), ("{f} {g}", "{e} {g}")), same_count=16),
    Rule("nepali_spelling", "Nepali: b/v, s/sh, ks/x; Bahadur, Kumari, Prasad in the middle written, shortened (Bdr.) or left out", NEPALI, NEPALI_FAMILY, "Bahadur/Bdr.; Kumari/Kumary; Prasad/Prashad; Devi",
         same=(("{g} {f}", "{G} {F}"), ("{g} {m} {f}", "{g} {f}"), ("{g} {m} {f}", "{G} {M} {F}")), different=(("{g} {m} {f}", "{h} {m} {f}"), ("{g} {f}", "{g} {e}"))),
    Rule("indian_order", "Northern Indian: family name first or last, middle name as an initial", INDIAN, INDIAN_FAMILY, "Kumar; Lal; Prakash; Chandra; Narayan; Kumari",
         same=(("{g} {m} {f}", "^{F} {G} {m}"), ("{g} {m} {f}", "{g} {mi}. {f}"), ("{g} {m} {f}", "{G} {F}")), different=(("{g} {m} {f}", "{h} {m} {f}"), ("{g} {m} {f}", "{h} {f}"))),
    Rule("sikh", "Punjabi Sikhs: Singh for men, Kaur for women, with or without a family name; the given name is either's", SIKH, "Gill; Dhillon; Sandhu; Grewal; Sidhu; Brar; Bajwa; Mann",
         same=(("{g} Singh", "{G} Singh {f}"), ("{g} Kaur {f}", "^{f} {G} KAUR")), different=(("{g} Singh {f}", "{h} Singh {f}"), ("{g} Singh", "{G} Kaur"), ("{g} Singh", "{h} Singh"))),
    Rule("mrz_latin", "Letters with marks as a zone has them (ICAO 9303-3 section 6 A: AE, OE, UE, SS, TH) or as foreign systems drop the marks", ICAO_LATIN, ICAO_FAMILY,
         same=(("{g} {f}", "#{f}, {g}"), ("{g} {f}", "{gB} {fB}")), different=(("{g} {f}", "#{f}, {h}"), ("{g} {f}", "#{e}, {g}"))),
    Rule("mrz_truncated", "A name longer than 39 characters, cut in the zone (ICAO 9303-4 4.2.3)", LONG_GIVEN, LONG_FAMILY,
         same=(("{g} {f}", "#{f}, {g}"),), different=(("{g} {f}", "#{e}, {g}"),), same_count=10, different_count=6),
    Rule("father_son", "Father and son (Malay, Arabic, Tamil patronymics): the son's second name is the father's first", MALAY, MALAY_FATHER,
         different=(("{g} bin {f}", "{h} bin {g}"), ("{g} bin {f}", "{f} bin {h}"), ("{g} {f}", "{f} bin {h}")), different_count=12),
    Rule("slip", "One slip of the keyboard in a long name: a letter left out, doubled or exchanged with its neighbour", PASHTO_FAMILY + ";" + SINHALA_FAMILY, THAI_FAMILY + ";" + LAO_FAMILY,
         same=(("{g} {f}", "{gS} {f}"), ("{g} {f}", "{gD} {fS}"), ("{g} {f}", "{gX} {f}")), same_count=16),
]
