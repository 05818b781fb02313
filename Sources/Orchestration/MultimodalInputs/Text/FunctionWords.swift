// SPDX-License-Identifier: Apache-2.0

/// The usual small words of languages in Latin letters, written down for this project.
enum FunctionWords {
    /// The words by language.
    static let lists: [(language: String, words: String)] = [
        (
            "en",
            "the of and to in is was that it for on are with as be this by have from at or an not which you they we his her has had were been would there their what will can could should when who more if about out up into them then than other some only its over such also after most through where because before being these those very how here please thing think know good people time make with without something anything because though while right"
        ),
        (
            "de",
            "der die das und ist nicht ein eine einen einem einer zu mit auf für von dem den des sich auch es an als er sie wir ihr bei nach aus wenn nur aber noch wie über so zum zur kann sind war werden wird hat haben oder durch was mehr sehr bis schon doch man im vom dass diese dieser dieses keine gegen unter ohne ich mich mir heute immer etwas machen geht gut zeit jahr schön wetter können müssen"
        ),
        (
            "fr",
            "le la les de des du et est un une dans en que qui pour pas sur au aux avec ce cette ces il elle ils elles nous vous je tu ne se son sa ses leur par plus ou mais comme tout être avoir fait été sont était ont peut bien où sans même aussi très deux après avant entre sous dont donc quand encore toujours rien chez aujourd'hui c'est d'une l'on qu'il beaucoup temps jour voilà"
        ),
        (
            "es",
            "el la los las de del y en que es un una por con para no se su sus al lo como más pero este esta estos son fue está están ser hay todo todos muy sin sobre también entre cuando donde desde hasta porque quien nos me mi te tú yo ya si ni o ha han había tiene tienen puede hoy ahora así después antes mismo otro otra cada gran hacer tiempo día mucho nada algo señor"
        ),
        (
            "it",
            "il lo la i gli le di del della dei delle degli e è in che un una uno per con non si su al alla da dal dalla nel nella sono come più ma anche questo questa questi se ha hanno era stato essere fare tutto tutti molto dove quando perché chi cosa io tu lui lei noi voi loro mi ti ci suo sua suoi ogni senza sempre oggi ancora già dopo prima tra fra così bene tempo giorno niente"
        ),
        (
            "pt",
            "o a os as de do da dos das e em no na nos nas que é um uma por com para não se seu sua ao à como mais mas este esta isso são foi está estão ser há todo todos muito sem sobre também entre quando onde desde até porque quem nós me meu minha você eu ele ela já ou tem têm pode hoje agora assim depois antes mesmo outro outra cada fazer tempo dia nada algo bom não então pelo pela coisa"
        ),
        (
            "nl",
            "de het een en van in is dat op te zijn niet met voor die aan er om maar als dan ook nog bij uit naar over door wat wel hij zij ze we wij je jij u ik mij hem haar hun ons onze deze dit was waren worden wordt werd heeft hebben had kan kunnen zal zou moet geen meer zo toch al heel veel goed tijd jaar waar wie hoe omdat tot tegen onder zonder altijd iets niets vandaag mooi weer"
        ),
    ]
}
