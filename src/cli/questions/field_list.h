/* What infoboxes call the place where somebody was born: parameters of the templates for
 * people, as articles of these Wikipedias write them; many wikis use English names too.
 * Case and underscores do not matter. Bars stand between. */
#ifndef LOCKSTEP_CLI_QUESTIONS_FIELD_LIST_H
#define LOCKSTEP_CLI_QUESTIONS_FIELD_LIST_H

static const char birth_fields[] =
    "birth place|birthplace|place of birth|placeofbirth|cityofbirth|birth city|" /* en */
    "Geburtsort|"                                                                /* de */
    "lieu de naissance|lieu naissance|naissance lieu|ville de naissance|"        /* fr */
    "lugar de nacimiento|lugar nacimiento|lugarnacimiento|ciudaddenacimiento|"   /* es */
    "LuogoNascita|"                                                              /* it */
    "nascimento local|local de nascimento|local nascimento|cidadenatal|cidade natal|" /* pt
                                                                                       */
    "miejsce urodzenia|"                                            /* pl */
    "geboorteplaats|geboortestad|"                                  /* nl */
    "födelseort|födelseplats|födelsestad|"                          /* sv */
    "fødested|fødeby|født sted|"                                    /* no, da */
    "syntymäpaikka|"                                                /* fi */
    "место рождения|"                                               /* ru */
    "місце народження|"                                             /* uk */
    "месца нараджэння|"                                             /* be */
    "роден-място|място на раждане|родно място|"                     /* bg */
    "место рођења|мјесто рођења|место на раѓање|"                   /* sr, mk */
    "mjesto rođenja|mesto rođenja|kraj rojstva|rojstni kraj|"       /* hr, sl */
    "místo narození|miesto narodenia|"                              /* cs, sk */
    "születési hely|születés helye|"                                /* hu */
    "locul nașterii|loc naștere|"                                   /* ro */
    "τόπος γέννησης|"                                               /* el */
    "doğum yeri|doğumyeri|"                                         /* tr, az */
    "lloc de naixement|lloc naixement|naixement lloc|"              /* ca */
    "lugar de nacemento|jaioterria|naskiĝloko|"                     /* gl, eu, eo */
    "sünnikoht|dzimšanas vieta|dzim vieta|gimimo vieta|gimė vieta|" /* et, lv, lt */
    "ծննդավայր|დაბადების ადგილი|туған жері|"                        /* hy, ka, kk */
    "tempat lahir|nơi sinh|"                                        /* id, ms, vi */
    "מקום לידה|"                                                    /* he */
    "مكان الولادة|مكان الميلاد|"                                    /* ar */
    "محل تولد|زادگاه|جائے پیدائش|مقام پیدائش|"                      /* fa, ur */
    "जन्म स्थान|जन्मस्थान|जन्म स्थल|"                                     /* hi, mr */
    "জন্ম স্থান|জন্মস্থান|பிறந்த இடம்|జన్మస్థలం|ജന്മസ്ഥലം|"                   /* bn, ta, te, ml */
    "สถานที่เกิด|"                                                     /* th */
    "出生地|出生地点|出生地點|"                                     /* zh */
    "生誕地|誕生地|"                                                /* ja */
    "출생지|태어난 곳";                                             /* ko */

#endif
